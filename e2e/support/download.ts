import type { Download } from "playwright-core";

/** The bytes of a downloaded file. `download.path()` does not work with a shared browser. */
export async function bytesOf(download: Download): Promise<Buffer> {
  return Buffer.concat(await (await download.createReadStream()).toArray());
}
