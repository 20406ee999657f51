import { GraphQLError } from "graphql";
import type { AppError } from "../shared/errors.ts";

/** The refusal of a document before it is executed, without a position, with this HTTP status for any media type. */
export function refusedDocument(error: AppError, status: 200 | 400): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { http: { status, spec: false } },
  });
}
