// The engine sharp, as bench/engines.py describes engines.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const sharp = createRequire(process.argv[2] + "/")("sharp");
sharp.concurrency(1);
sharp.cache(false);
console.log(`ready sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`);

for await (const line of createInterface({ input: process.stdin })) {
  const space = line.indexOf(" ");
  const data = readFileSync(line.slice(space + 1));
  const start = performance.now();
  try {
    const made = await sharp(data, { limitInputPixels: false })
      .rotate()
      .resize(512, 512, { fit: "cover" })
      .flatten({ background: "#ffffff" })
      .toColourspace("srgb")
      .jpeg({ quality: 85, progressive: true })
      .toBuffer();
    const spent = performance.now() - start;
    const picture = line.startsWith("picture ");
    console.log(picture ? made.toString("base64") : spent.toFixed(3));
  } catch (error) {
    console.log("error", error.name);
  }
}
