import type { NextConfig } from "next";

// Its types are checked with everything else's.
const config: NextConfig = { typescript: { ignoreBuildErrors: true } };
export default config;
