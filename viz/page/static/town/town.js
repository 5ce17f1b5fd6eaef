// The town as an anywidget module: the last file, where its parts come together.

class Town extends withLesson(withWords(withKeys(withPointing(withPicture(withTime(withFilms(TownBase))))))) {}


export default {
  render({ model, el }) {
    const town = new Town(model, el);
    return () => town.close();
  },
};
