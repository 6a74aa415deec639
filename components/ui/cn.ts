import { type ClassValue, clsx } from "clsx";

/**
 * Joins class names. Of two that contradict each other the stylesheet's order decides, not theirs: what takes another's place says
 * so by Tailwind's "!" ("h-11!"), and e2e/pages/accessibility.spec.ts finds where it does not.
 */
export const cn = (...classes: ClassValue[]): string => clsx(classes);
