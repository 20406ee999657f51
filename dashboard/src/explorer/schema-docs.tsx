import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from "graphql";
import { useEffect, useRef, useState } from "react";
import { t } from "../i18n/i18n.ts";

/** Schema browser: one type at a time, with a back button. */
export function SchemaDocs({ schema }: { schema: GraphQLSchema }) {
  const [trail, setTrail] = useState<readonly string[]>([]);
  const heading = useRef<HTMLHeadingElement>(null);
  const type = schema.getType(trail.at(-1) ?? "");
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const follow = (name: string) => setTrail([...trail, name]);

  useEffect(() => {
    if (trail.length > 0) heading.current?.focus();
  }, [trail]);

  return (
    <section className="explorer-docs" aria-labelledby="explorer-docs-heading">
      <div className="explorer-docs-head">
        <h2 id="explorer-docs-heading" ref={heading} tabIndex={-1}>
          {type?.name ?? t("explorer.schema")}
        </h2>
        {type ? (
          <button type="button" className="button" onClick={() => setTrail(trail.slice(0, -1))}>
            {t("explorer.back")}
          </button>
        ) : null}
      </div>
      {type ? (
        <TypeDocs type={type} follow={follow} />
      ) : (
        roots.map((root) =>
          root ? (
            <div key={root.name}>
              <h3>{root.name}</h3>
              <TypeDocs type={root} follow={follow} />
            </div>
          ) : null,
        )
      )}
    </section>
  );
}

type Follow = (typeName: string) => void;

function TypeDocs({ type, follow }: { type: GraphQLNamedType; follow: Follow }) {
  const hasFields = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);
  return (
    <>
      {type.description ? <p>{type.description}</p> : null}
      {hasFields ? (
        <dl>
          {Object.values(type.getFields()).map((field) => (
            <Member key={field.name} member={field} follow={follow} />
          ))}
        </dl>
      ) : null}
      {isEnumType(type) ? (
        <dl>
          {type.getValues().map((value) => (
            <div key={value.name}>
              <dt>
                <code>{value.name}</code>
              </dt>
              {value.description ? <dd>{value.description}</dd> : null}
            </div>
          ))}
        </dl>
      ) : null}
      {isUnionType(type) ? (
        <ul>
          {type.getTypes().map((each) => (
            <li key={each.name}>
              <TypeLink type={each} follow={follow} />
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

type DocumentedMember = Pick<GraphQLArgument, "name" | "type" | "description" | "deprecationReason"> &
  Partial<Pick<GraphQLField<unknown, unknown>, "args">>;

function Member({ member, follow }: { member: DocumentedMember; follow: Follow }) {
  const { name, args = [], description, deprecationReason } = member;
  return (
    <div>
      <dt>
        <code>{name}</code> <TypeLink type={member.type} follow={follow} />
      </dt>
      {description ? <dd>{description}</dd> : null}
      {deprecationReason ? <dd className="explorer-deprecated">{deprecationReason}</dd> : null}
      {args.length > 0 ? (
        <dd>
          <dl>
            {args.map((arg) => (
              <Member key={arg.name} member={arg} follow={follow} />
            ))}
          </dl>
        </dd>
      ) : null}
    </div>
  );
}

function TypeLink({ type, follow }: { type: Parameters<typeof getNamedType>[0]; follow: Follow }) {
  if (!type) return null;
  return (
    <button type="button" className="explorer-type" onClick={() => follow(getNamedType(type).name)}>
      <code>{String(type)}</code>
    </button>
  );
}
