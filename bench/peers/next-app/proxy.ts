/** For no path. Without a file of this name here, Turbopack takes the one in the folders above, which is ours. */
export function proxy(): void {}

export const config = { matcher: "/nowhere" };
