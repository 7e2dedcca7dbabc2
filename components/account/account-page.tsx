import { NameSection } from "./name-section";
import { PasswordSection } from "./password-section";
import { SessionsSection } from "./sessions-section";

/** One's own name, password and sessions. */
export function AccountPage({ name }: { name: string }) {
  return (
    <>
      <NameSection name={name} />
      <PasswordSection />
      <SessionsSection />
    </>
  );
}
