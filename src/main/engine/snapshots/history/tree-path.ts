// Paths as they stand in snapshots. Pure.

/** Is the path this folder, or something below it? */
export function isBelow(folder: string, path: string): boolean {
  const upper = folder.endsWith('/') ? folder : `${folder}/`;
  return `${path}/`.startsWith(upper);
}
