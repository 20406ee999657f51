import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** The MiB of the young generation in a process like the server's, after it has made a lot of what lives for a while. */
function mebibytes(): number {
  const program = `
    await import(${JSON.stringify(new URL("./runtime.ts", import.meta.url).href)});
    const { getHeapSpaceStatistics } = await import("node:v8");
    let kept = [];
    for (let n = 0; n < 2_000_000; n++) {
      kept.push({ n });
      if (kept.length > 50_000) kept = kept.slice(25_000);
    }
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    console.log(space.space_size / 2 ** 20);`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "--eval", program]));
}

test("the young generation grows to twice 8 MiB and no further, whatever the machine has", () => {
  expect(mebibytes()).toBe(16);
});
