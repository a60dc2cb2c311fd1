/** Injection token of the service's logger. */
export const RECONCILER_LOG = Symbol('RECONCILER_LOG');
