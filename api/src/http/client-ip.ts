import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** The header in which a proxy names the client. */
export type ForwardedHeader = "x-forwarded-for" | "forwarded";

/** Finds a client's address: `(address of the TCP peer, X-Forwarded-For, Forwarded)` → one IP address. */
export type ClientIp = (
  peer: string | undefined,
  forwardedFor: string | undefined,
  forwarded?: string | undefined,
) => {
  /** Undefined for a peer that has disconnected: no address stands for it, as 0.0.0.0 would be recorded as a client's. */
  address: string | undefined;
  /** Whether a trusted proxy said so; otherwise it is the peer's own. */
  isForwarded: boolean;
};

/**
 * Creates a resolver that trusts X-Forwarded-For and Forwarded (RFC 7239) only as far as `trustedProxies` (CIDRs) wrote
 * them. It reads a header from the right: each trusted proxy vouches for the next hop, and the first address that is not a
 * trusted proxy is the client. Anything that is not an IP address ends the walk at the hop before. IPv4-mapped IPv6
 * addresses become IPv4, ports are dropped.
 *
 * @param header the only header that counts. Without it, either does; but of two that lead to different clients, the
 *   proxy may have passed one on as the client wrote it, so the client is then the peer.
 */
export function clientIpResolver(trustedProxies: readonly string[], header?: ForwardedHeader): ClientIp {
  const isTrusted = within(trustedProxies);

  const walk = (peer: Address, hops: string[]) => {
    let client = peer;
    let isForwarded = false;
    while (hops.length > 0 && isTrusted(client)) {
      const hop = parse(hops.pop() ?? "");
      if (!hop) break;
      client = hop;
      isForwarded = true;
    }
    return { address: client.toString(), isForwarded };
  };

  return (peer, forwardedFor, forwarded) => {
    const own = parse(peer ?? "");
    if (!own) return { address: undefined, isForwarded: false };
    const found = [
      header !== "forwarded" && forwardedFor !== undefined && walk(own, forwardedFor.split(",")),
      header !== "x-forwarded-for" && forwarded !== undefined && walk(own, forwarded.split(",").map(forNode)),
    ].filter((each) => each !== false);
    const [first = walk(own, []), second = first] = found;
    return first.address === second.address ? first : walk(own, []);
  };
}

/** Whether a peer is local or a trusted proxy, so that its connections are those of many clients. */
export function mayConnectForMany(trustedProxies: readonly string[]): (peer: string) => boolean {
  const isTrusted = within(trustedProxies);
  return (peer) => {
    const address = parse(peer);
    return address !== undefined && (address.range() === "loopback" || isTrusted(address));
  };
}

function within(cidrs: readonly string[]): (address: Address) => boolean {
  const ranges = cidrs.map(parseRange);
  return (address) =>
    ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
}

/** The `for` parameter of one element of a Forwarded header; empty, hence no address, if it has none. */
function forNode(element: string): string {
  return /(?:^|;)\s*for=(?:"([^"]*)"|([^;]*))/i.exec(element)?.slice(1).find(Boolean) ?? "";
}

/** A range, un-mapped like the addresses it is compared with. */
function parseRange(cidr: string): Range {
  const [network, bits] = ipaddr.parseCIDR(cidr);
  const isMapped = network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= 96;
  return isMapped ? [network.toIPv4Address(), bits - 96] : [network, bits];
}

/**
 * An address with or without port, `[…]` around IPv6 as proxies write it; undefined for anything else. The zone of a
 * link-local address (`%eth0`) is dropped: it means something on this machine only, and `inet` has no room for it.
 */
function parse(text: string): Address | undefined {
  const bare =
    /^\s*(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+)(?::\d+)?|([0-9a-fA-F:.]+(?:%.*)?))\s*$/.exec(text);
  const [address = ""] = (bare?.[1] ?? bare?.[2] ?? bare?.[3] ?? "").split("%");
  // `isValid` alone would also take 127.1, 0x7f.1 and other spellings of the early internet.
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return undefined;
  return ipaddr.process(address);
}
