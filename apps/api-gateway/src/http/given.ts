type Given<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** The members that have a value: in a wire shape null and absent both mean "leave it", in a command only absent does. */
export function given<T extends object>(members: T): Given<T> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== null && value !== undefined),
  ) as Given<T>;
}
