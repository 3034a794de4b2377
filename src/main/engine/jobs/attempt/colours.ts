// Colour codes and the like (ECMA-48): kept for display, taken out for searching and for export (10.1).
// eslint-disable-next-line no-control-regex
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~])/g;

export function withoutColours(text: string): string {
  return text.includes('\u001b') ? text.replace(sequences, '') : text;
}
