/**
 * Where the API is, for a dashboard that is hosted elsewhere: `VITE_API_ORIGIN` of the build, such as
 * `https://api.example.com`. Empty, the usual case, means the origin this page came from.
 */
export const apiOrigin = import.meta.env.VITE_API_ORIGIN ?? "";
