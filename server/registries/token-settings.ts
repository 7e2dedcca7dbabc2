/** What our registries are configured with (scripts/services writes the same words into their configuration). */
export const TOKEN_SERVICE = "reclaim-registry";
export const TOKEN_ISSUER = "reclaim";
