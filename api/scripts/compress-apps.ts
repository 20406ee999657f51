/** The last step of `pnpm build`: writes a brotli and a gzip copy of each file of both apps that compression makes smaller. */
import { writeFileSync } from "node:fs";
import { compress, SUFFIXES } from "../src/apps/app-file.ts";
import { builtFolder, readBuiltApp } from "../src/apps/built-app.ts";

for (const app of ["dashboard", "reveal"] as const) {
  for (const [name, { bodies }] of readBuiltApp(app)) {
    for (const [encoding, body] of Object.entries(compress(bodies.identity))) {
      writeFileSync(`${builtFolder(app)}/${name}${SUFFIXES[encoding as keyof typeof SUFFIXES]}`, body);
    }
  }
}
