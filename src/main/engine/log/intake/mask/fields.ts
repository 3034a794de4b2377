// Fields that hold hashes, ids and signatures look like chance by their nature. They are left alone by what they are, name and shape together:
// a token that somebody files under `id` has not the shape of one and is looked at like everything else.

const names = /(?:^|[_.\-/])(?:hash|hashes|sha|sha1|sha224|sha256|sha384|sha512|blake2b?|blake3|md5|crc32|digest|checksum|fingerprint|etag|id|ids|uuid|guid|oid|signature|signatures|sig|commit|commitment|prev|previous|parent|root|leaf|trace|span|session|revision|rev|proof|salt|nonce)$/;
const camel = /[a-z0-9](?:Hash|Sha\d*|SHA\d*|Digest|Checksum|Fingerprint|Etag|Id|ID|Ids|Uuid|UUID|Signature|Sig|Commit|Root|Leaf)$/;
const shapes = [
  /^(?:0x|sha\d{1,3}[:-]|md5[:-]|blake2b?[:-]|blake3[:-])?[0-9a-fA-F]{6,128}$/,
  /^\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\}?$/,
  /^\d{1,40}$/,
  // 16, 20, 32, 48 and 64 bytes in base64, of either alphabet, padded or not
  /^(?:sha\d{3}-|SHA\d{3}:)?(?:[A-Za-z0-9+/_-]{22}(?:==)?|[A-Za-z0-9+/_-]{27}=?|[A-Za-z0-9+/_-]{43}=?|[A-Za-z0-9+/_-]{64}|[A-Za-z0-9+/_-]{86}(?:==)?)$/,
  /^[0-9A-HJKMNP-TV-Z]{26}$/ // ULID
];

/** Is this the value of a hash, id or signature field? `name` as written. */
export function isOpaqueField(name: string, value: string): boolean {
  return value.length <= 140 && (names.test(name.toLowerCase()) || camel.test(name)) && shapes.some((shape) => shape.test(value));
}
