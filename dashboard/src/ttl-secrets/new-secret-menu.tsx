import { t } from "../i18n/i18n.ts";
import { DownIcon, PlusIcon } from "../ui/icons.tsx";
import { MenuButton } from "../ui/menu.tsx";

/** Menu "New secret": the kinds of secret to create. */
export function NewSecretMenu({ onTtlSecret }: { onTtlSecret: () => void }) {
  const kinds = [{ label: t("ttlSecrets.kind"), hint: t("ttlSecrets.kindHint"), onSelect: onTtlSecret }];
  return (
    <MenuButton className="button button-primary" items={kinds}>
      <PlusIcon />
      {t("ttlSecrets.new")}
      <DownIcon />
    </MenuButton>
  );
}
