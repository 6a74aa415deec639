#!/bin/sh
# TypeScript 7.0.2 with "incremental": after a library was added to `lib` in tsconfig.json, the errors of before are
# reported again, as if it had not been added. TypeScript 5.9.3 checks anew. Deleting tsconfig.tsbuildinfo helps.
#
# Seen on Node.js 20.20.2:
#   7.0.2  without the library: fails   with it: fails   with it, tsbuildinfo deleted: passes
#   5.9.3  without the library: fails   with it: passes  with it, tsbuildinfo deleted: passes
#
# Exits 0 while that is so, 1 once it is not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
echo 'export const isWhole = "text".isWellFormed();' >source.ts

configure() {
  cat >tsconfig.json <<EOF
{
  "compilerOptions": {
    "noEmit": true, "incremental": true, "strict": true,
    "target": "ES2023", "module": "ESNext", "types": [], "lib": [$1]
  },
  "include": ["source.ts"]
}
EOF
}

verdict() {
  if npx --no-install tsc >/dev/null 2>&1; then echo passes; else echo fails; fi
}

# Prints the three verdicts of one version.
try_version() {
  npm install --save-dev --save-exact --no-audit --no-fund "typescript@$1" >/dev/null
  rm -f tsconfig.tsbuildinfo
  configure '"ES2023"'
  without=$(verdict)
  configure '"ES2023", "ES2024.String"'
  with=$(verdict)
  rm -f tsconfig.tsbuildinfo
  echo "$without $with $(verdict)"
}

seven=$(try_version 7.0.2)
five=$(try_version 5.9.3)
echo "7.0.2: $seven"
echo "5.9.3: $five"
[ "$seven" = "fails fails passes" ] && [ "$five" = "fails passes passes" ]
