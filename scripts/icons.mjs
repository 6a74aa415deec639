/**
 * `node scripts/icons.mjs` draws the icons in public/ anew from public/icon.svg, after that has changed: the sizes that
 * home screens, launchers and older browsers ask for. A browser draws them, as it would draw the SVG itself.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright";
import { ensureBrowser } from "./browser.mjs";
import { root } from "./run.mjs";

const folder = join(root, "public");
const withCorners = readFileSync(join(folder, "icon.svg"), "utf8");
/** For whoever cuts a shape of its own out of it: the mark keeps to the circle of 80 % that every shape shows. */
const squared = withCorners.replace(/ rx="\d+"/, "");
/** What a favicon.ico holds: a tab's size, the same on dense screens, and a shortcut's. */
const FAVICON_SIZES = [16, 32, 48];

const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  /** `svg` as a PNG of `size` pixels. */
  const draw = async (/** @type {string} */ svg, /** @type {number} */ size) => {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<body style="margin:0">${svg.replace("<svg", '<svg style="display:block"')}`);
    return page.screenshot({ omitBackground: true });
  };
  const save = (/** @type {string} */ name, /** @type {Buffer} */ bytes) =>
    writeFileSync(join(folder, name), bytes);
  save("icon-192.png", await draw(withCorners, 192));
  save("icon-512.png", await draw(withCorners, 512));
  save("icon-maskable-512.png", await draw(squared, 512));
  save("apple-touch-icon.png", await draw(squared, 180));
  const small = [];
  for (const size of FAVICON_SIZES) small.push({ size, png: await draw(withCorners, size) });
  save("favicon.ico", iconFile(small));
} finally {
  await browser.close();
}

/** An ICO file: a header of 6 bytes, one of 16 for each image, and the images, which may be PNGs. */
function iconFile(/** @type {{ size: number, png: Buffer }[]} */ images) {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  for (const [index, { size, png }] of images.entries()) {
    const at = 6 + 16 * index;
    header.writeUInt8(size, at);
    header.writeUInt8(size, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...images.map(({ png }) => png)]);
}
