import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { LogoError, readLogo } from "./logo.ts";

const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-logo-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string | Buffer, name = "logo") {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>`;

describe("a logo", () => {
  test.each([
    ["svg", SVG],
    ["svg", `\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<!-- by us -->\n${SVG}`],
    ["png", PNG],
    ["svg", SVG + " ".repeat(64 * 1024 - SVG.length)],
  ])("is what its content says, not its name: %s", (extension, content) => {
    const logo = readLogo(fileOf(content, "logo.gif"));
    expect(logo.extension).toBe(extension);
    expect(logo.bytes).toEqual(Buffer.from(content));
  });

  test.each([
    ["nothing", ""],
    ["HTML", "<!doctype html><svg></svg>"],
    ["HTML that starts with another element", "<script></script><svg></svg>"],
    ["an SVG that defines entities", `<!DOCTYPE svg [<!ENTITY x "y">]>${SVG}`],
    ["a JPEG", Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ["an SVG in UTF-16", Buffer.from(SVG, "utf16le")],
    ["an element that only starts like one", "<svgx/>"],
    ["more than 64 KiB", SVG + " ".repeat(64 * 1024)],
  ])("is refused when it is %s", (_what, content) => {
    expect(() => readLogo(fileOf(content))).toThrow(LogoError);
  });

  test("is refused if the path is missing or not a file", () => {
    for (const path of [join(folder, "none"), folder, "/dev/zero"])
      expect(() => readLogo(path)).toThrow(LogoError);
  });
});
