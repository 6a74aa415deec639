/** The part of swagger-ui that we use; the package brings no types. */
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  type Options = {
    domNode: HTMLElement;
    spec: unknown;
    /** null: no badge, and no request to a validator elsewhere. */
    validatorUrl: null;
    layout: "BaseLayout";
    presets: readonly unknown[];
    docExpansion: "list" | "full" | "none";
    defaultModelsExpandDepth: number;
    persistAuthorization: boolean;
    onComplete: () => void;
  };
  type SwaggerUIBundle = ((options: Options) => unknown) & { presets: { apis: unknown } };
  const bundle: SwaggerUIBundle;
  export default bundle;
}
