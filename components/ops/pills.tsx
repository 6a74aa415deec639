import Link from "next/link";

export type Pill = {
  name: string;
  href: string;
  /** `page`: it leads to the page that is shown. `true`: to the part of the console that the page belongs to. */
  current?: "page" | "true" | undefined;
};

/** The parts of a room, or the ready-made views of a list: links in a row, each with an address. */
export function Pills({ label, pills }: { label: string; pills: readonly Pill[] }) {
  return (
    <nav aria-label={label} className="mb-6 print:hidden">
      <ul className="flex flex-wrap gap-2">
        {pills.map(({ name, href, current }) => (
          <li key={href}>
            <Link
              href={href}
              prefetch={false}
              aria-current={current}
              className="inline-flex min-h-11 items-center rounded-xl border border-line-strong px-4 text-sm font-semibold text-soft hover:bg-wash hover:text-ink aria-[current]:border-accent aria-[current]:bg-accent-wash aria-[current]:text-accent-text"
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
