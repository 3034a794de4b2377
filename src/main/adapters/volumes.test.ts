import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileSystemName, isNetworkFileSystem } from './file-systems.ts';
import { createNodeFiles } from './files.ts';
import { createDarwinVolumes, parseMountOutput } from './volumes-darwin.ts';
import { createLinuxVolumes, mountOf, parseMountTable } from './volumes-linux.ts';
import { createWindowsVolumes } from './volumes-windows.ts';
import { createVolumes } from './volumes.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'varve-volumes-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const files = createNodeFiles();

const table = [
  '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
  '23 22 0:21 / /proc rw - proc proc rw',
  '24 22 8:17 / /media/ana/My\\040Disk rw,nosuid shared:2 master:1 - vfat /dev/sdb1 rw',
  '25 22 0:50 / /mnt/nas rw - nfs4 server:/export rw,addr=10.0.0.1',
  '26 22 0:51 / /home/ana/remote rw - fuse.sshfs ana@host:/ rw',
  '27 25 8:33 / /mnt/nas rw - btrfs /dev/sdc1 rw',
  'damaged line',
  ''
].join('\n');

it('reads the mount table: escaped blanks, optional fields, damaged lines', () => {
  expect(parseMountTable(table).map((mount) => `${mount.path}|${mount.fileSystem}|${mount.source}`)).toEqual([
    '/|ext4|/dev/sda1',
    '/proc|proc|proc',
    '/media/ana/My Disk|vfat|/dev/sdb1',
    '/mnt/nas|nfs4|server:/export',
    '/home/ana/remote|fuse.sshfs|ana@host:/',
    '/mnt/nas|btrfs|/dev/sdc1'
  ]);
});

it.each([
  ['/home/ana', 'ext4'],
  ['/home/ana/remote', 'fuse.sshfs'],
  ['/home/ana/remote/x', 'fuse.sshfs'],
  ['/home/ana/remoter', 'ext4'],
  ['/mnt/nas/x', 'btrfs'],
  ['/media/ana/My Disk/x', 'vfat']
])('%s lies on %s', (path, expected) => expect(mountOf(parseMountTable(table), path)?.fileSystem).toBe(expected));

it('knows network file systems by name', () => {
  for (const name of ['nfs', 'nfs4', 'cifs', 'smb3', 'fuse.sshfs', 'fuse.rclone', '9p', 'CIFS']) expect([name, isNetworkFileSystem(name)]).toEqual([name, true]);
  for (const name of ['ext4', 'btrfs', 'fuse.ntfs-3g', 'fuseblk', 'apfs', 'tmpfs', 'fuse', 'unknown']) expect([name, isNetworkFileSystem(name)]).toEqual([name, false]);
  expect([fileSystemName(0xef53n), fileSystemName(0xff534d42n), fileSystemName(-11317950n), fileSystemName(0x1234)]).toEqual(['ext4', 'cifs', 'cifs', 'unknown-1234']);
});

it('the kind of a path that does not exist yet is that of the nearest folder above', ({ skip }) => {
  skip(process.platform !== 'linux', 'needs Linux');
  const mounts = join(folder, 'mounts');
  writeFileSync(mounts, `1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:9 / ${files.realpath(folder)} rw - nfs4 server:/x rw\n`);
  const volumes = createLinuxVolumes({ files, mountTable: mounts });
  expect(volumes.kindOf(join(folder, 'not/yet/there'))).toEqual({ fileSystem: 'nfs4', network: true });
  expect(volumes.kindOf('/')).toEqual({ fileSystem: 'ext4', network: false });
});

it('the real machine has a root with room, and no kernel furniture', async ({ skip }) => {
  skip(process.platform !== 'linux', 'needs Linux');
  const listed = await createVolumes({ files }).list();
  expect(listed.find((volume) => volume.path === '/')).toMatchObject({ network: false, totalBytes: expect.any(Number) as unknown });
  expect(listed.filter((volume) => ['proc', 'sysfs', 'tmpfs', 'cgroup2'].includes(volume.fileSystem))).toEqual([]);
  expect(createVolumes({ files }).kindOf('/proc/self').fileSystem).toBe('proc');
});

it('reads mount of macOS; what is not local is reached over a network', () => {
  const text = '/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n/dev/disk4s1 on /Volumes/My Disk (x) (exfat, local, nodev)\n//ana@nas/data on /Volumes/data (smbfs, nodev, nosuid, mounted by ana)\nnoise\n';
  expect(parseMountOutput(text)).toEqual([
    { path: '/', fileSystem: 'apfs', local: true },
    { path: '/Volumes/My Disk (x)', fileSystem: 'exfat', local: true },
    { path: '/Volumes/data', fileSystem: 'smbfs', local: false }
  ]);
  expect(createDarwinVolumes({ files, runMount: () => text }).kindOf('/')).toEqual({ fileSystem: 'apfs', network: false });
});

it('on Windows a share is a network path, and so is a letter that stands for one', () => {
  const volumes = createWindowsVolumes({ driveType: (root) => (root === 'Z:\\' ? 4 : 3) });
  const network = (path: string) => volumes.kindOf(path).network;
  expect([network('\\\\server\\share\\x'), network('Z:\\x'), network('\\\\?\\Z:\\x'), network('C:\\x'), network('\\\\?\\C:\\x')]).toEqual([true, true, true, false, false]);
});
