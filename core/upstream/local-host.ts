/**
 * Loopback (RFC 1122, RFC 4291), unspecified and link-local addresses (RFC 3927), as a URL spells them, with the IPv6
 * forms of IPv4's: mapped, compatible, and by NAT64 (RFC 6052). Clouds hand out a machine's credentials at
 * 169.254.169.254 and fd00:ec2::254.
 */
const localAddresses = [
  /^(127|0)\.\d+\.\d+\.\d+$/,
  /^169\.254\.\d+\.\d+$/,
  /^\[(64:ff9b)?::([0-9a-f]{1,4})?\]$/,
  /^\[(::ffff:|::|64:ff9b::)(7f[0-9a-f]{2}|a9fe|[0-9a-f]{1,2}):[0-9a-f]{1,4}\]$/,
  /^\[fe[89ab][0-9a-f]:/,
  /^\[fd00:ec2::254\]$/,
];

/**
 * Whether a host is this machine, or reached over its link alone, by its name or address: what is elsewhere must not
 * send us there, for it would have us ask, in our name, who listens only to this machine. A name that merely resolves
 * to such an address is not known here (adapters/http-agents.ts).
 *
 * @param hostname of a URL, whose parser has written `2130706433`, `0x7f.1` and the like as `127.0.0.1`; empty for `file:`
 */
export function isLocalHost(hostname: string): boolean {
  if (hostname === '' || /^(.+\.)?localhost\.?$/.test(hostname)) return true;
  return localAddresses.some((address) => address.test(hostname));
}
