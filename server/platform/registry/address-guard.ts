import { lookup as resolve } from "node:dns";
import type { LookupFunction } from "node:net";
import { type AddressPolicy, addressProblem, addressProblemText } from "@/domain/registries/address-policy";
import { parseIpAddress } from "@/lib/ip-address";
import { RegistryError } from "@/server/platform/registry/registry-error";

function refused(problem: "never" | "private"): RegistryError {
  return new RegistryError({
    kind: "denied",
    status: null,
    code: "ADDRESS_REFUSED",
    message: addressProblemText(problem),
  });
}

/**
 * Resolves names for connections and refuses what the policy refuses. It is asked by the socket itself, so that the address that was
 * judged is the one that is connected to, whatever a name server says a moment later.
 */
export function guardedLookup(policy: AddressPolicy): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "", 0);
      for (const { address } of addresses) {
        const problem = addressProblem(address, policy);
        if (problem) return callback(refused(problem), "", 0);
      }
      const [first] = addresses;
      if (options.all) return callback(null, addresses);
      callback(null, first?.address ?? "", first?.family ?? 0);
    });
  };
}

/** A socket does not look up what is an address already. @throws RegistryError denied (`ADDRESS_REFUSED`) */
export function refuseAddress(url: URL, policy: AddressPolicy): void {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (parseIpAddress(host) === null) return;
  const problem = addressProblem(host, policy);
  if (problem) throw refused(problem);
}
