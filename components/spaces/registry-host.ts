/** What comes before the repository in a reference: the registry's address without its scheme ("127.0.0.1:7005"). */
export function registryHost(registryUrl: string): string {
  return registryUrl.replace(/^[a-z]+:\/\//i, "").replace(/\/+$/, "");
}
