export * from './project-quotas';
