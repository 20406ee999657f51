/** OpenTelemetry's values of `OTEL_TRACES_SAMPLER`, except those that ask a server which traces to keep. */
export const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

export type SamplerName = (typeof SAMPLERS)[number];
