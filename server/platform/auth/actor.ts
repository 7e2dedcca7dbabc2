/** Who acts. A system actor is ours (worker, schedule) and says in whose name. */
export type Actor =
  | {
      readonly kind: "user";
      readonly userId: string;
      readonly name: string;
      readonly email: string;
      readonly isPlatformAdmin: boolean;
      readonly sessionId: string;
    }
  | { readonly kind: "system"; readonly name: string };
