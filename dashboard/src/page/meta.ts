/** What whoever serves the page wrote into it under this name; empty where that is nothing. */
export function metaContent(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}
