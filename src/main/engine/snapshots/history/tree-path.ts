// Paths of this computer as they stand in snapshots: `C:\Users\me` is `/C/Users/me`. Pure.

export function treePathOf(path: string): string {
  const drive = /^([A-Za-z]):[\\/]*/.exec(path);
  if (drive === null) return path.startsWith('\\\\') ? path.replaceAll('\\', '/').replace(/^\/+/, '/') : path;
  return `/${drive[1]}/${path.slice(drive[0].length).replaceAll('\\', '/')}`;
}

/** Is the path this folder, or something below it? */
export function isBelow(folder: string, path: string): boolean {
  const upper = folder.endsWith('/') ? folder : `${folder}/`;
  return `${path}/`.startsWith(upper);
}
