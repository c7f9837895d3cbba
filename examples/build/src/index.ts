import { greeting } from "./greeting.js";
import { banner } from "./text/banner.js";

const name: string = "world";
console.log(banner(greeting(name), 20));
