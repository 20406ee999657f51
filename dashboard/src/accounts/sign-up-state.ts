import { useQuery } from "@tanstack/react-query";
import { readSignUpState } from "./auth-client.ts";

/** Whether a new account may be made, and whether it would be the first. */
export function useSignUpState() {
  return useQuery({
    queryKey: ["sign-up"],
    queryFn: ({ signal }) => readSignUpState(signal),
    staleTime: 0,
  });
}
