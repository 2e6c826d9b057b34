/** What scripts may read of the cookies. */

/** The value by its name, from `document.cookie`; null where there is none. */
export function cookieOf(cookies, name) {
  const pair = cookies.split("; ").find((one) => one.startsWith(`${name}=`));
  return pair ? decodeURIComponent(pair.slice(name.length + 1)) : null;
}
