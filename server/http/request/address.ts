/** Which page of ours is asked for, as proxy.ts tells the layout, which Next.js does not. Whatever a client sends is overwritten. */
export const ADDRESS_HEADER = "x-once-address";
