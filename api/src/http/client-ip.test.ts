import { isIP } from "node:net";
import { describe, expect, test } from "vitest";
import { clientIpResolver, type ForwardedHeader } from "./client-ip.ts";

const addressBehind = (trustedProxies: string[]) => {
  const clientIp = clientIpResolver(trustedProxies);
  return (...request: Parameters<typeof clientIp>) => clientIp(...request).address;
};

describe("without trusted proxies", () => {
  const clientIp = addressBehind([]);

  test("the client is the peer, and X-Forwarded-For is ignored", () => {
    expect(clientIp("203.0.113.7", undefined)).toBe("203.0.113.7");
    expect(clientIp("203.0.113.7", "198.51.100.1")).toBe("203.0.113.7");
    expect(clientIp("127.0.0.1", "198.51.100.1")).toBe("127.0.0.1");
    expect(clientIp("::1", "198.51.100.1")).toBe("::1");
  });

  test("an IPv4 peer of an IPv6 socket is written as IPv4", () => {
    expect(clientIp("::ffff:203.0.113.7", undefined)).toBe("203.0.113.7");
    expect(clientIp("::ffff:cb00:7107", undefined)).toBe("203.0.113.7");
  });

  test("an IPv6 address is always written the same way", () => {
    expect(clientIp("2001:0DB8:0:0:0:0:0:1", undefined)).toBe("2001:db8::1");
  });

  test("a peer that disconnected has no address, and its header is ignored", () => {
    for (const trusted of [[], ["0.0.0.0/0", "::/0"]]) {
      const clientIp = addressBehind(trusted);
      expect(clientIp(undefined, undefined)).toBeUndefined();
      expect(clientIp(undefined, "198.51.100.1")).toBeUndefined();
      expect(clientIp("", "198.51.100.1")).toBeUndefined();
    }
  });
});

describe("behind trusted proxies", () => {
  const clientIp = addressBehind(["10.0.0.0/8", "192.0.2.1/32", "fd00::/8"]);
  const proxy = "10.1.2.3";

  test("the client is the address that the proxy saw", () => {
    expect(clientIp(proxy, "203.0.113.7")).toBe("203.0.113.7");
    expect(clientIp(proxy, "2001:db8::7")).toBe("2001:db8::7");
    expect(clientIp("fd00::1", "203.0.113.7")).toBe("203.0.113.7");
  });

  test("entries to the left, which the client wrote itself, are ignored", () => {
    expect(clientIp(proxy, "1.1.1.1, 203.0.113.7")).toBe("203.0.113.7");
    expect(clientIp(proxy, "127.0.0.1, 10.0.0.1, 1.1.1.1, 203.0.113.7")).toBe("203.0.113.7");
    expect(clientIp(proxy, "nonsense, 203.0.113.7")).toBe("203.0.113.7");
  });

  test("a peer that is not a trusted proxy can't claim another address", () => {
    expect(clientIp("203.0.113.7", "1.1.1.1")).toBe("203.0.113.7");
    expect(clientIp("203.0.113.7", "1.1.1.1, 10.1.2.3")).toBe("203.0.113.7");
    expect(clientIp("2001:db8::7", "1.1.1.1")).toBe("2001:db8::7");
  });

  test("each proxy vouches for the hop before it", () => {
    expect(clientIp(proxy, "203.0.113.7, 192.0.2.1")).toBe("203.0.113.7");
    expect(clientIp(proxy, "1.1.1.1, 203.0.113.7, fd12::5, 192.0.2.1, 10.9.9.9")).toBe("203.0.113.7");
  });

  test("a proxy that is not trusted is itself the client", () => {
    expect(clientIp(proxy, "203.0.113.7, 192.0.2.2, 10.9.9.9")).toBe("192.0.2.2");
  });

  test("when all hops are trusted, the client is the first of them", () => {
    expect(clientIp(proxy, "10.5.5.5, 10.6.6.6")).toBe("10.5.5.5");
  });

  test.each([
    ["first address of the range", "10.0.0.0", true],
    ["last address of the range", "10.255.255.255", true],
    ["address before the range", "9.255.255.255", false],
    ["address after the range", "11.0.0.0", false],
    ["single address", "192.0.2.1", true],
    ["neighbour of the single address", "192.0.2.0", false],
    ["first address of the IPv6 range", "fd00::", true],
    ["last address of the IPv6 range", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true],
    ["address before the IPv6 range", "fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false],
    ["address after the IPv6 range", "fe00::", false],
    ["address of a trusted range, as a socket of IPv6 shows it", "::ffff:10.0.0.1", true],
    ["address that only looks like one of IPv4 in hexadecimal", "::a00:1", false],
  ])("the %s (%s) is trusted: %s", (_, peer, trusted) => {
    expect(clientIp(peer, "203.0.113.7") === "203.0.113.7").toBe(trusted);
  });

  test.each([
    ["a port", "203.0.113.7:51234", "203.0.113.7"],
    ["brackets", "[2001:db8::7]", "2001:db8::7"],
    ["brackets and a port", "[2001:db8::7]:443", "2001:db8::7"],
    ["the spelling of IPv4 in IPv6", "::ffff:203.0.113.7", "203.0.113.7"],
    ["both of them", "[::ffff:203.0.113.7]:443", "203.0.113.7"],
    ["white space", " \t203.0.113.7 ", "203.0.113.7"],
    ["IPv6 whose last group looks like a port", "2001:db8::1:443", "2001:db8::1:443"],
  ])("an address is understood with %s", (_, header, expected) => {
    expect(clientIp(proxy, header)).toBe(expected);
    expect(clientIp(proxy, `1.1.1.1, ${header}`)).toBe(expected);
  });

  test.each([
    "",
    " ",
    "unknown",
    "_hidden",
    "localhost",
    "example.com",
    "203.0.113",
    "203.0.113.7.9",
    "203.0.113.256",
    "203.0.113.07",
    "0x7f.0.0.1",
    "0xcb007107",
    "3405803783",
    "203.0.113.7:",
    "203.0.113.7:port",
    "203.0.113.7/32",
    "203.0.113.7 1.1.1.1",
    "[2001:db8::7",
    "2001:db8::7]",
    "[2001:db8::7]443",
    "[]",
    "2001:db8::7::1",
    "12345::",
    "'; DROP TABLE audit_events; --",
    "for=203.0.113.7",
    "\u0661.1.1.1",
  ])("what is not an address ends the walk at the last proxy: %j", (garbage) => {
    expect(clientIp(proxy, garbage)).toBe(proxy);
    expect(clientIp(proxy, `1.1.1.1, ${garbage}`)).toBe(proxy);
    expect(clientIp(proxy, `1.1.1.1, ${garbage}, 192.0.2.1`)).toBe("192.0.2.1");
  });

  test("an absent header leaves the peer", () => {
    expect(clientIp(proxy, undefined)).toBe(proxy);
    expect(clientIp(proxy, ",,,")).toBe(proxy);
  });

  test.each(["fe80::1%br-4f6a21", "fe80::1%25eth0.100", "[fe80::1%br-4f6a21]:443"])(
    "a hop's address is understood with its zone: %s",
    (header) => expect(clientIp(proxy, header)).toBe("fe80::1"),
  );

  test.each(["fe80::1%eth0", "[fe80::1%eth0]", "[fe80::1%eth0]:443", "[fe80::1%'; --]"])(
    "the result is an address that PostgreSQL's inet can store, without a zone: %s",
    (header) => {
      const found = clientIp(proxy, header);
      expect(isIP(found ?? "")).not.toBe(0);
      expect(found).not.toContain("%");
    },
  );

  test("a header of many thousand hops is read as far as trust goes", () => {
    expect(clientIp(proxy, `203.0.113.7${", 10.0.0.1".repeat(50_000)}`)).toBe("203.0.113.7");
  });
});

test.each(["eth0", "1", "br-4f6a21", "eth0.100", "veth@if3", "wlan0:1", "Ethernet 2", "ü", "a/b", "%", ""])(
  "a link-local peer is identified by its address without the zone %j",
  (zone) => {
    const clientIp = addressBehind(["fe80::1/128"]);
    expect(clientIp(`fe80::7%${zone}`, undefined)).toBe("fe80::7");
    expect(clientIp(`fe80::1%${zone}`, "203.0.113.7")).toBe("203.0.113.7");
  },
);

test("a trusted range of IPv4-mapped IPv6 is the range of IPv4", () => {
  const clientIp = addressBehind(["::ffff:10.0.0.0/104"]);
  expect(clientIp("10.1.2.3", "203.0.113.7")).toBe("203.0.113.7");
  expect(clientIp("::ffff:10.1.2.3", "203.0.113.7")).toBe("203.0.113.7");
  expect(clientIp("11.1.2.3", "203.0.113.7")).toBe("11.1.2.3");
});

describe("the Forwarded header", () => {
  const resolve = addressBehind(["10.0.0.0/8"]);
  test.each([
    ["for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"],
    ['for="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"],
    ["For=192.0.2.60, for=10.1.2.3", "192.0.2.60"],
    ["by=10.0.0.9;for=192.0.2.61", "192.0.2.61"],
    ["for=unknown, for=192.0.2.62", "192.0.2.62"],
    ["for=_hidden", "10.0.0.1"],
    ["proto=https", "10.0.0.1"],
    ["", "10.0.0.1"],
  ])("%s from a trusted proxy means %s", (header, client) => {
    expect(resolve("10.0.0.1", undefined, header)).toBe(client);
  });

  test("is ignored from any other peer", () => {
    expect(resolve("192.0.2.1", undefined, "for=198.51.100.1")).toBe("192.0.2.1");
  });
});

describe("a request with both headers", () => {
  const CLIENT = "192.0.2.1";
  const OTHER = "198.51.100.1";
  const PROXY = "10.0.0.1";

  test.each<
    [header: ForwardedHeader | undefined, xff: string | undefined, fwd: string | undefined, client: string]
  >([
    [undefined, CLIENT, undefined, CLIENT],
    [undefined, undefined, `for=${CLIENT}`, CLIENT],
    [undefined, CLIENT, `for=${CLIENT}`, CLIENT],
    [undefined, `${OTHER}, ${CLIENT}`, `for=${CLIENT}`, CLIENT],
    [undefined, CLIENT, `for="${CLIENT}:4711"`, CLIENT],
    [undefined, OTHER, `for=${CLIENT}`, PROXY],
    [undefined, CLIENT, `for=${OTHER}`, PROXY],
    [undefined, CLIENT, `for=${CLIENT}, for=${OTHER}`, PROXY],
    [undefined, CLIENT, "for=unknown", PROXY],
    [undefined, CLIENT, "", PROXY],
    [undefined, "unknown", `for=${CLIENT}`, PROXY],
    [undefined, "", `for=${CLIENT}`, PROXY],
    ["x-forwarded-for", CLIENT, `for=${OTHER}`, CLIENT],
    ["x-forwarded-for", undefined, `for=${OTHER}`, PROXY],
    ["forwarded", OTHER, `for=${CLIENT}`, CLIENT],
    ["forwarded", OTHER, undefined, PROXY],
  ])(
    "FORWARDED_HEADER %j, X-Forwarded-For %j, Forwarded %j: the client is %s",
    (header, xff, fwd, client) => {
      const clientIp = clientIpResolver(["10.0.0.0/8"], header);
      expect(clientIp(PROXY, xff, fwd)).toEqual({ address: client, isForwarded: client !== PROXY });
      expect(clientIp("203.0.113.7", xff, fwd)).toEqual({ address: "203.0.113.7", isForwarded: false });
    },
  );
});

test("`isForwarded` is true only for an address from a trusted proxy", () => {
  const clientIp = clientIpResolver(["10.0.0.0/8"]);
  expect(clientIp("10.1.2.3", "203.0.113.7").isForwarded).toBe(true);
  expect(clientIp("10.1.2.3", undefined).isForwarded).toBe(false);
  expect(clientIp("10.1.2.3", "unknown").isForwarded).toBe(false);
  expect(clientIp("203.0.113.7", "198.51.100.1").isForwarded).toBe(false);
});
