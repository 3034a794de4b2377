// Names and paths as a part of the page's address, and back: whatever could mean something there, or is no text at all, is written as `~` and four hex digits
// for each of its units. (Percent signs would not do: the router takes only some of them back, and bytes that are no text have none.)

/** `slashes: false` where the text is one part of the address, and not the rest of it. */
export function inAddress(text: string, { slashes = true } = {}): string {
  const plain = slashes ? /[^\p{L}\p{M}\p{N}._\-/]/gu : /[^\p{L}\p{M}\p{N}._-]/gu;
  return text.replace(plain, (character) => Array.from({ length: character.length }, (_, i) => `~${character.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''));
}

export function fromAddress(part: string): string {
  return part.replace(/~([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Which screen it is, for a report that names no files, no paths and no snapshots. */
export function pageInReport(hash: string): string {
  return hash.replace(/^(#\/(?:find|history|snapshots|restore\/back|restore\/try)\/).*/s, '$1…').replace(/[0-9a-f]{16,}/g, '…');
}
