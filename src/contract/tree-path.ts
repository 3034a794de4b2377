// Paths of a computer as they stand in its snapshots: `C:\Users\me` is `/C/Users/me`. Pure.

export function treePathOf(path: string): string {
  const drive = /^([A-Za-z]):[\\/]*/.exec(path);
  if (drive === null) return path.startsWith('\\\\') ? path.replaceAll('\\', '/').replace(/^\/+/, '/') : path;
  return `/${drive[1]}/${path.slice(drive[0].length).replaceAll('\\', '/')}`;
}

/** The other way round, by the folders of its snapshot; undefined for what is in none of them. */
export function placeOf(treePath: string, folders: readonly string[]): string | undefined {
  const folder = folders.find((each) => `${treePath}/`.startsWith(`${treePathOf(each).replace(/\/$/, '')}/`));
  if (folder === undefined) return undefined;
  const rest = treePath.slice(treePathOf(folder).replace(/\/$/, '').length + 1);
  const separator = folder.includes('\\') ? '\\' : '/';
  return rest === '' ? folder : `${folder.endsWith(separator) ? folder : folder + separator}${rest.replaceAll('/', separator)}`;
}
