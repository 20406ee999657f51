import { DownIcon, PlusIcon } from "../shared/icons.tsx";
import { MenuButton } from "../shared/menu.tsx";

/** "+ New secret": the kinds of secret that can be made. */
export function NewSecretMenu({ onTtlSecret }: { onTtlSecret: () => void }) {
  const kinds = [{ label: "TTL secret", hint: "For one recipient, opened once", onSelect: onTtlSecret }];
  return (
    <MenuButton className="button button-primary" items={kinds}>
      <PlusIcon />
      New secret
      <DownIcon />
    </MenuButton>
  );
}
