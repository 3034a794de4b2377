// Names of file systems by statfs(2) magic number (Linux), and which of them are reached over a network.

const names = new Map<number, string>([
  [0xef53, 'ext4'],
  [0x9123683e, 'btrfs'],
  [0x58465342, 'xfs'],
  [0x2fc12fc1, 'zfs'],
  [0xf2f52010, 'f2fs'],
  [0xca451a4e, 'bcachefs'],
  [0x3153464a, 'jfs'],
  [0x52654973, 'reiserfs'],
  [0x3434, 'nilfs2'],
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
  [0x794c7630, 'overlay'],
  [0x73717368, 'squashfs'],
  [0x9660, 'iso9660'],
  [0x15013346, 'udf'],
  [0x4d44, 'vfat'],
  [0x2011bab0, 'exfat'],
  [0x5346544e, 'ntfs'],
  [0x7366746e, 'ntfs3'],
  [0x482b, 'hfsplus'],
  [0x65735546, 'fuse'],
  [0x6a656a63, 'virtiofs'],
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x517b, 'smb'],
  [0x01021997, '9p'],
  [0x00c36400, 'ceph'],
  [0x0bd00bd0, 'lustre'],
  [0x5346414f, 'afs'],
  [0x6b414653, 'kafs'],
  [0x47504653, 'gpfs'],
  [0x7461636f, 'ocfs2'],
  [0x01161970, 'gfs2'],
  [0x19830326, 'beegfs'],
  [0x61756673, 'aufs'],
  [0xf15f, 'ecryptfs'],
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs']
]);

/** `unknown-<hex>` for a number that is not in the list. */
export function fileSystemName(magic: bigint | number): string {
  const number = Number(BigInt.asUintN(32, BigInt(magic)));
  return names.get(number) ?? `unknown-${number.toString(16)}`;
}

const overNetwork = new Set([
  'nfs', 'nfs4', 'cifs', 'smb', 'smb2', 'smb3', 'smbfs', 'afpfs', 'webdav', 'davfs', '9p', 'ceph', 'lustre', 'afs', 'kafs', 'gpfs', 'ocfs2', 'gfs2', 'beegfs', 'ncpfs', 'coda'
]);
const fuseOverNetwork = new Set([
  'sshfs', 'rclone', 'gvfsd-fuse', 's3fs', 'goofys', 'gcsfuse', 'glusterfs', 'ceph', 'ceph-fuse', 'cephfs', 'curlftpfs', 'davfs', 'davfs2', 'juicefs', 'mfs', 'moosefs', 'seaweedfs', 'smbnetfs', 'google-drive-ocamlfuse', 'kio-fuse'
]);

/** Takes the name as the mount table has it (`nfs4`, `fuse.sshfs`). 9p counts: under WSL it is the Windows disk, with locks that do not hold. */
export function isNetworkFileSystem(name: string): boolean {
  const lower = name.toLowerCase();
  if (lower.startsWith('fuse.')) return fuseOverNetwork.has(lower.slice(5));
  return overNetwork.has(lower);
}
