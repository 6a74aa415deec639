/** Ages by which open keys are filtered, in minutes, as an address writes them. */
export const KEY_AGES = ["10", "60", "360", "1440"] as const;
