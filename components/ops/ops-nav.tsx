import { useTranslations } from "next-intl";
import { NavLink } from "@/components/site/nav-link";

/** The rooms of the console, in the order in which they are asked about. */
const OPS_ROOMS = [
  { key: "overview", path: "/ops" },
  { key: "payments", path: "/ops/payments" },
  { key: "keys", path: "/ops/keys" },
  { key: "ledger", path: "/ops/ledger", also: "/ops/currencies" },
  { key: "reconcile", path: "/ops/reconcile" },
  { key: "people", path: "/ops/people" },
  { key: "audit", path: "/ops/audit" },
] as const satisfies { key: string; path: string; also?: string }[];

const LINK =
  "inline-flex h-11 items-center rounded-xl px-3 text-sm font-semibold whitespace-nowrap text-soft hover:bg-wash hover:text-ink aria-[current]:bg-accent-wash aria-[current]:text-accent-text";

/** The way round the console. On a phone it takes two lines: rooms beyond the edge of the screen nobody would look for. */
export function OpsNav() {
  const t = useTranslations("ops");
  return (
    <nav aria-label={t("rooms")} className="mb-6 print:hidden">
      <ul className="flex flex-wrap gap-1 border-b border-line pb-2">
        {OPS_ROOMS.map((room) => (
          <li key={room.path}>
            <NavLink
              href={room.path}
              isAlone={room.path === "/ops"}
              also={"also" in room ? room.also : undefined}
              className={LINK}
            >
              {t(`room_${room.key}`)}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
