// Text that came from files, names or payloads, made safe to look at: control characters and those that reorder or hide
// text are written out (`\u202e`), lone halves of surrogate pairs too, so that nothing can pretend to be something else.

const deceptive = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Tab and line feed stay as they are unless `oneLine`. */
export function visibleText(text: string, oneLine = false): string {
  const escaped = text.replace(deceptive, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return oneLine ? escaped.replaceAll('\n', '\\n').replaceAll('\t', '\\t') : escaped;
}
