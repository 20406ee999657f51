/** Content of a `<meta>` tag. Empty string if the tag is absent. */
export function metaContent(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}
