import {
  coerceInputValue,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  isInputObjectType,
  isInputType,
  typeFromAST,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import { AppError } from "../shared/errors.ts";
import { INVALID_REQUEST } from "./error-masking.ts";
import { schema } from "./schema.ts";

/** Field names of all input types: the only words of a variable's path that a response may repeat. */
const INPUT_NAMES = new Set<string | number>(
  Object.values(schema.getTypeMap()).flatMap((type) =>
    isInputObjectType(type) ? Object.keys(type.getFields()) : [],
  ),
);

/**
 * Refuses variables at their first value of a wrong type, before any resolver runs. The executor itself would collect 50
 * errors and print the whole value into each, so that 500 KB of unknown fields took four seconds of CPU.
 */
export function checkVariables(): Plugin {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const refusal = refusalOf(args);
      if (refusal) setResultAndStopExecution(refusal);
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const refusal = refusalOf(args);
      if (refusal) setResultAndStopExecution(refusal);
    },
  };
}

/** Undefined when the values have the types of the operation. Missing variables are left to the executor. */
function refusalOf(args: ExecutionArgs): ExecutionResult | undefined {
  const { document, operationName, variableValues } = args;
  for (const definition of getOperationAST(document, operationName)?.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type) || !variableValues || !Object.hasOwn(variableValues, name)) continue;
    const path = pathOfFirstError(variableValues[name], type);
    if (!path) continue;
    const error = wrongType(path);
    const options = { nodes: definition, originalError: error, extensions: { http: { status: 400 } } };
    return { errors: [new GraphQLError(error.message, options)] };
  }
  return undefined;
}

type Path = readonly (string | number)[];

/** Thrown to stop at the first error. */
class Stop {
  readonly path: Path;
  constructor(path: Path) {
    this.path = path;
  }
}

function pathOfFirstError(...[value, type]: Parameters<typeof coerceInputValue>): Path | undefined {
  try {
    coerceInputValue(value, type, (path) => {
      throw new Stop(path);
    });
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
    return stop.path;
  }
  return undefined;
}

function wrongType(path: Path): AppError {
  if (path.length === 0 || !path.every((name) => INPUT_NAMES.has(name))) {
    return new AppError("BAD_USER_INPUT", INVALID_REQUEST);
  }
  return new AppError("BAD_USER_INPUT", "This input does not have the type that the schema asks for.", {
    field: path.join("."),
  });
}
