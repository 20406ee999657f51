import { useQuery } from "@tanstack/react-query";
import { readSignUpState } from "./auth-client.ts";

/** Query for whether sign-up is open, and whether the next account would be the first. */
export function useSignUpState() {
  return useQuery({
    queryKey: ["sign-up"],
    queryFn: ({ signal }) => readSignUpState(signal),
    staleTime: 0,
  });
}
