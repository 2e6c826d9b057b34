/** Whether somebody is asked if an answer is right: where it is unsure, and now and then elsewhere. */

/** `percent` of the sure answers are asked about; `chance` is a random number below 1. */
export function isAsked({ verdict }, percent, chance = Math.random()) {
  return verdict !== "sure" || chance * 100 < percent;
}
