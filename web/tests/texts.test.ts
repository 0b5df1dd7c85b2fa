import { expect, it } from "vitest";
import { en } from "../widget/src/texts/en";
import { es } from "../widget/src/texts/es";

const written = (texts: object): string[] =>
  Object.entries(texts).flatMap(([name, value]) =>
    typeof value === "object" ? Object.keys(value).map((key) => `${name}.${key}`) : value === "" ? [] : [name],
  );

it("every English text has its Spanish one", () => {
  // Only the Spanish interface says that answers are in English.
  expect(written(es).filter((name) => name !== "answersEnglish")).toEqual(written(en));
});
